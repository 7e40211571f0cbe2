"""The local twin of API Gateway: it reads infra/api.yaml and calls the very functions that are deployed."""
