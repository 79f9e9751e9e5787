"""What crawlers read before all else: what they may fetch, and what there is."""
