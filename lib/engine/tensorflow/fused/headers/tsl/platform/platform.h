// Stands for the header of this name, which TensorFlow's kernels.h wants and the addon's part of the wheel lacks: it
// says what kind of system this is, and on Linux it defines nothing that is asked for there.
