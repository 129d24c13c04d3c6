#!/bin/bash
exec "$(dirname "$0")/../fuzz/run" --tally "$1"
