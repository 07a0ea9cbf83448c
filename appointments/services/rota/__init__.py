"""Who receives when: plan it, copy it, and leave no appointment behind."""
