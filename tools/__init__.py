"""What scripts/ runs to draw and to check the repository itself."""
