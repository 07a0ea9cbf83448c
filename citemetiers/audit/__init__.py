"""Who changed which reference data or right, when, from what to what. Nothing of visitors is ever in it."""
