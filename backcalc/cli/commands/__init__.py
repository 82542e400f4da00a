"""The commands, a file each; no arithmetic."""
