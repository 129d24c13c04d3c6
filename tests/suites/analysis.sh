#!/bin/bash
exec "$(dirname "$0")/../analysis/run" "$1"
