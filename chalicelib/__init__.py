"""The account service of the Secure Messaging Portal; `app.py` is the map of its steps."""

import gc
import os

# In a function this is the first line that runs. While it starts, nothing it makes is garbage, and looking through all
# of it for some, again and again, is a twenty-fifth of the start. `wiring` sets what is there aside and turns it on.
if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    gc.disable()
