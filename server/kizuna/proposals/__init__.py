"""What machines propose and people decide."""
