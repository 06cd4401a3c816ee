"""OGP End of Commitment Reports as a knowledge graph that says where each statement came from."""

__version__ = "0.1.0"
__all__ = ["__version__"]
