"""Lines that look alike and mean different things, for every reader that takes lines of one form together."""

from __future__ import annotations

# A form and, behind it, lines that look like it.
LOOK_ALIKES = {
    "word of the language": ["y = sin(x)", "y = sin(if)", "in = sin(input)", "y = sin(then)", "for = sin(x)"],
    "word with primes": ["y = sin(x')", "y = sin(if')", "y = sin(else'')", "y = sin(in')", "y = sin(xif')"],
    "number too large": ["u -> v : 1e3", "u -> v : 1e999", "u -> v : 1e-999"],
    "whole number and fraction": ["1 2 0.5", "1 2 3", "1.5 2 3", "01 2 .5", "1 2. 3", "1 2 3.", "1 2 3x", "1 2x 3"],
    "name and number": ["u 2 3", "u v 3", "2 u 3", "u v w", "u,v,w", "1,2,w", "u,2,1", "u , 2,1"],
    "tab": ["u v 3", "u\tv 3", "u v\t3", "u\tv\t3", " u \t v\t 3 \t", "u\x0bv 3", "u\x0cv\x0c3"],
    "parentheses": ["u -> v : (3)", "u -> v : (x)", "u -> v : ((x))", "u -> v : (x + 1)", "u -> v : (sin(x))"],
    "argument in parentheses": ["u v (3)", "u w (3)", "sin v (3)", "u v 3", "u (v) 3"],
    "function without parentheses": ["y = f(x)", "y = g(x)", "y = f (x)", "y = f\t(x)", "y = f x", "y = 2(x)"],
    "differential": ["d(v)/d(u) = 3", "∂v/∂u = 3", "∂(v)/∂(u) = 3", "d (v)/d (u) = 3", "e(v)/e(u) = 3", "dv/du = 3"],
    "node called d": ["d -> u : d", "d d d", "d,d,d", "d = d*d", "d = d(d)"],
    "transpose": ["y = W.T @ x", "y = V.T @ x", "y = W.T2 @ x", "y = W. T @ x", "y = 3.T @ x", "y = W.T.T @ x"],
    "accents": ["ŷ = x", "x̂ = ŷ", "x = x̂", "x̂y = 1", "y = x²", "y = x₁", "₁ = x", "y' = x''", "y'' = x'y", "σ = σ1"],
    "digits": ["y = ٣", "y = ³", "y = 1_000", "٣ -> y : 1", "y = 1e5", "y = 1e", "y = 1e+", "y = 1E-5", "y = .5.5"],
    "signs": ["y = −x", "y = -x", "y = +x", "y = --x", "y = x−z", "y = x-z", "y = x- -z", "y = x--z", "u v -1"],
    "templates": ["t1 = 2", "t{k} = 2", "for k in 1..2 { t{k} = 2 }", "t1 = 2", "t{1} = 2", "t1} = 2"],
    "blocks": ["for k in 1..2 {", "a = 1", "b = 2 }", "c = 3", "}", "d = 4", "for k in 1..2 { a = 1; b = 2; c = 3 }"],
    "brackets": ["y = (a", "y = (a + b)", "y = (a + b", "+ c)", "y = (a; b)", "y = [a, b]", "y = [a; b]", "y = a)"],
    "brackets deeper in": ["y = f(a)", "  y = f(a,", "    z = f(b)", "y = f(c)"],
    "comments": ["y = 1 # c", "y = 2#", "y = 3 #= y = 3", "# y = 4", "y = 5; # c", "y = 6;z = 7", "y = 8 ;; z = 9  #d"],
    "declarations": ["input x", "input y = 3", "input x y", "output x", "given x = 2", "given = 2", "claim x < 2"],
    "conditionals": ["y = if a then b else c", "y = if a then b else 2", "y = if a or b then b else c", "y = ifa"],
    "headers": ["source,target,partial", "source,target,partial", "u,v,w"],
    "ranges": ["input x in [-5, 5]", "input W[3,4]", "input y in [-1, 2]", "y = W[0, 1]", "y = W [0]", "y = W[i]"],
    "colons": ["u -> v : 3", "u->v:3", "u -> v: 3", "u - > v : 3", "u -> v :: 3", "u <- v : 3", "u -> v : -3"],
    "minus": ["u,v,3", "u,v,-3", "u,v,- 3", "u,v, -3", "u,v,--3", "u,v,-x", "u,v,-3x", "u,v,-3^2", "u,v,-0"],
    "minus elsewhere": ["u,v,2,-3", "u -> v:-3", "u -> v : -1e999", "u,v,-.5e-3", "input x, -3", "u,v,-3 # c"],
    "minus deeper in": ["y = f(a, -3", ")", "y = [1,-2", ",-3", "]", "u -> v :", "-3", "f(u, -3"],
    "newlines": ["y = 1\r", "y = 2\r\r", "\ufeffy = 3", "y = 4\ufeff", "y = 5\u2028", "y = 6\x85", "\u00a0y = 7\u00a0"],
    "control characters": ["y = \x01", "y = _", "y = x", "\x02 = 1", "y = x\0"],
}  # fmt: skip
