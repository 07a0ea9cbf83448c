"""How staff sign in: password, passkey or e-mailed code, a second factor, the account of a partner organisation."""
