"""The description of the interfaces over HTTP (OpenAPI 3.1): its table and its document."""
