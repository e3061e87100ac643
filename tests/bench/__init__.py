"""Speed, measured: ``make bench`` prints the table and writes ``out/bench.json``.

Never asserted as absolute times in a test; compare ratios of one run.
"""
