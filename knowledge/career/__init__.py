"""Helping to choose: an interest quiz after Holland, what people say they like, and routes from here to there."""
