#include "BuildInfo.h"

const char *deepseek_build_version(void) { return BUILD_VERSION; }
const char *deepseek_build_commit(void) { return BUILD_COMMIT; }
