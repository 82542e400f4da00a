"""What a command works out, a file each, and which engine serves it.

Doors: descend, explain, kinks, longhand, paths, run, samples, scan, taylor.
"""
