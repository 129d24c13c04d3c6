#!/bin/bash
exec "$(dirname "$0")/../analysis/sanitize" "$1"
