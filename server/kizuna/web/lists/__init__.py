"""Lists of things as tables: facets, orders, selections and files of them."""
