/* For C++: what the headers declare is C. Each header begins and ends its declarations so. */
#ifndef G3_BASE_ABI_H
#define G3_BASE_ABI_H

#ifdef __cplusplus
#define G3_BEGIN_C extern "C" {
#define G3_END_C   }
#else
#define G3_BEGIN_C
#define G3_END_C
#endif

#endif
