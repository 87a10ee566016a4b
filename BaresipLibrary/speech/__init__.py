"""Speech: voices that say a text, engines that understand one, and when somebody speaks."""
