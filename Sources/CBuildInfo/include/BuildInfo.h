#pragma once

/// The version of this source, from the package manifest.
const char *deepseek_build_version(void);
/// The commit it was built from, or "unknown".
const char *deepseek_build_commit(void);
