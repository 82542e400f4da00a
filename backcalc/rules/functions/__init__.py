"""The base functions of the number systems that the table is bound to, a file each.

Doors: arrays, floats, power_series, series, stacks.
"""
