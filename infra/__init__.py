"""How the portal is wired, deployed and served on one machine; nothing in here is packaged into a Lambda function."""
