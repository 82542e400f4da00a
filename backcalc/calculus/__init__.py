"""A tape at a point: values, local partials, sweeps; formulas where values are missing."""
