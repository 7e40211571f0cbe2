"""What a function's process does in the cold bench: as in the rehearsal, and it tells what that has cost so far.

It tells whenever it asks for an event: the first time the init phase is over, the second time the first invocation.
"""

import sys
import time

sys.path[:0] = sys.argv[1:3]
sys.path += sys.argv[4:]
from awslambdaric.__main__ import main  # noqa: E402
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: E402

TOLD = "cold: "
ask = LambdaRuntimeClient.wait_next_invocation
took = [0.0]


def tell_and_ask(client: object) -> object:
    """What telling costs is taken off again."""
    began = time.process_time()
    print(TOLD + facts(began - sum(took)), flush=True)
    took.append(time.process_time() - began)
    return ask(client)


def facts(spent: float) -> str:
    """As JSON: CPU in seconds, modules, memory, clients of AWS's services."""
    modules = list(sys.modules)
    import gc  # noqa: PLC0415 - after the modules were counted
    import json  # noqa: PLC0415 - as above

    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is a library to load
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    gc.unfreeze()  # what was set aside is not among its objects
    gc.collect()
    base = sys.modules.get("botocore.client")
    clients = [one for one in gc.get_objects() if isinstance(one, base.BaseClient)] if base else []
    names = sorted(one.meta.service_model.service_name for one in clients)
    return json.dumps({"spent": spent, "modules": modules, "kib": resident, "clients": names})


LambdaRuntimeClient.wait_next_invocation = tell_and_ask
main(["", sys.argv[3]])
