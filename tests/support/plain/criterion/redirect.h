/* Redirection is part of the interface in criterion.h here. */
#include "criterion/criterion.h"
