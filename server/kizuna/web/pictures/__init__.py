"""Pictures as SVG: maps, timelines, networks and bars, drawn from plain values.

Nothing in here knows HTTP, the index or the engine: values in, a drawing out. The same values give
the same bytes. ``docs/pictures.md`` says what is drawn how.
"""
