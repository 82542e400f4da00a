"""The array tools that large graphs and many points share.

Doors: background, decimals, memory, sorting, words.
"""
