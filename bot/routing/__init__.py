"""From what a person did to the request that it means, and from the request to its handler."""
