#pragma once
#include "../device_calls.h"

__forceinline__ unsigned dynamic_shared_memory() { return moegen_dynamic_shared_memory(); }
