"""Polls cisco_ios devices with Netmiko in a pool of threads, as people do without an exporter.

Arguments: the list of devices ("name host:port" a line), how many of them, threads, user name, password.
It waits for the end of its input before it ends, so that its use of the machine can be measured.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

from netmiko import ConnectHandler


def poll(address):
    host, port = address.rsplit(":", 1)
    device = {"device_type": "cisco_ios", "host": host, "port": int(port), "username": user, "password": password}
    connection = ConnectHandler(**device)
    try:
        return "uptime is" in connection.send_command("show version")
    finally:
        connection.disconnect()


devices, number, threads, user, password = sys.argv[1:]
with open(devices) as lines:
    addresses = [line.split()[1] for line in lines][: int(number)]
with ThreadPoolExecutor(max_workers=int(threads)) as pool:
    good = sum(pool.map(poll, addresses))
if good != len(addresses):
    sys.exit(f"only {good} of {len(addresses)} answers were whole")
sys.stdin.read()
