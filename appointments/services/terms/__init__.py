"""What a booking stands on: what a network decided, the words kept, the secret link, the limits."""
