"""Rules only: no AWS, no web, no environment. What is true, whoever asks."""
