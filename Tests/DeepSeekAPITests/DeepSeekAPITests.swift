// Tests of DeepSeekAPI.
