"""What the public forms need against robots: a challenge in the page, and a look at what comes back."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from appointments.services.terms.limits import challenge_for, check_act
from citemetiers.kernel.limits import client_address

FIELD = "proof"


def proof_context(request: HttpRequest) -> dict[str, Any]:
    """What components/proof.html needs: a fresh challenge. No query, no session."""
    return {"challenge": challenge_for(client_address(request), now=timezone.now())}


def check_proof(request: HttpRequest, *, network_id: int, act: str) -> None:
    """Raises ProofError when the form came without the work it needs. ``act`` names what is done, not who does it."""
    check_act(
        text=request.POST.get(FIELD, ""),
        act=act,
        address=client_address(request),
        network_id=network_id,
        now=timezone.now(),
    )
