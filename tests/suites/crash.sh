#!/bin/bash
exec "$(dirname "$0")/../count-lines" crash "$1" tests/crash/run
