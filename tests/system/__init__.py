"""Tests of whole programs: servers under attack, deployment, the wheel."""
