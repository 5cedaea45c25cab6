// Key buffers live on the stack of every read; clearing them first would cost more than the lookup itself.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
