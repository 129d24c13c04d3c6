#!/bin/bash
exec "$(dirname "$0")/../fault/run" --tally "$1"
