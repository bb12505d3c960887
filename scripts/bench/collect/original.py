"""The original's way: a process pool of eight, and a new connection to each host in each round.

original.py USER KEY HOST:PORT ... prints {"seconds", "cpuSeconds", "processes"} as JSON.
"""
import json
import resource
import sys
import time
from multiprocessing import Pool

import paramiko

user, key = sys.argv[1:3]


def read(host):
    name, port = host.split(":")
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(name, port=int(port), username=user, key_filename=key, look_for_keys=False, allow_agent=False)
    _, stdout, _ = client.exec_command("ps -e -o pid,rss,vsz,comm")
    lines = stdout.read().decode().splitlines()
    client.close()
    return sum(1 for line in lines if ":Name:" in line)


if __name__ == "__main__":
    started = time.monotonic()
    with Pool(8) as pool:
        processes = sum(pool.map(read, sys.argv[3:]))
        seconds = time.monotonic() - started
        pool.close()
        pool.join()
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in spent)
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "processes": processes}))
