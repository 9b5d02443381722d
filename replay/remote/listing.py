"""What lies under a URL."""
