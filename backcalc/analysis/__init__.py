"""What a command works out, a file each, and which engine serves it.

Doors: certified, claims, descend, exact, explain, gradient_check, kinks, longhand, new_defaults, objective, paths,
proof, run, samples, scan, taylor, trial, verify.
"""
