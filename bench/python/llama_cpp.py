"""Serves a GGUF file by llama.cpp's own server, as `xllamacpp` packs it, until standard input ends."""

import sys

import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[2])
parameters.n_ctx = 8192
parameters.n_parallel = 1
# As sessiond: one processor stays for the rest.
parameters.cpuparams.n_threads = max(1, int(sys.argv[3]))
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
