"""From content to a release."""
