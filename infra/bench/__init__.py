"""`make bench`: what Rota costs beside the least that its work could cost, as ratios measured interleaved in one
run."""
