#pragma once
// From the ids that callers use, which count the experts of all devices, to the experts of this one.

struct LocalExperts {
    const int* map;   // [numGlobalExperts], local id or -1; null: the experts from `first` on are local
    int first;        // global id of local expert 0 where there is no map
    int num_global;   // length of the map
    int num_local, reserved;  // E
};

// The local id, or -1 where the id is out of range or its expert lives elsewhere.
__device__ __forceinline__ int local_expert(int id, const LocalExperts& experts) {
    int local = id >= experts.first ? id - experts.first : -1;
    if (experts.map) local = id >= 0 && id < experts.num_global ? experts.map[id] : -1;
    return local >= 0 && local < experts.num_local ? local : -1;
}
