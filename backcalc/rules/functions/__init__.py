"""The base functions of the number systems that the table is bound to, a file each.

A number system is a module with a function for each base function that the texts of the table call, by the names that
`rules.lower` gives them (`sin`, `divide`, `where`, …), of numbers that have Python's `+`, `-` and `*`; a `Bound` of a
row in it then has the row's value. What a row defines by others (sigmoid) need not be there. Where numbers have
local partials the module has `guarded`, for where there are none;
one with several elements or points in a number `cleared`,
`both`, `either` and `not_equal` too, by which `rules.gates` keeps apart what branches take.

Doors: arrays, ball, balls, by_vector, exact, floats, interval, intervals, objects, polynomials, power_series, series,
stacks.
"""
