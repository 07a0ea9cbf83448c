"""Illustrative rows with the shape of a real year. Every row says that it is illustrative.

The same arguments always give the same rows under the same keys, so that running again adds nothing.
"""

from reporting.synthetic.contacts import ensure_demo_contacts, ensure_illustrative_sites, seed_contacts
from reporting.synthetic.counts import ensure_demo_counts, seed_counts
from reporting.synthetic.doors import ensure_demo_doors

__all__ = [
    "ensure_demo_contacts",
    "ensure_demo_counts",
    "ensure_demo_doors",
    "ensure_illustrative_sites",
    "seed_contacts",
    "seed_counts",
]
