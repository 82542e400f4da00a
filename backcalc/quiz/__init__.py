"""Exercises with their key."""
