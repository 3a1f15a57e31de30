// All kernels for one level of x86-64 processors: compiled three times, LEVEL being the name of the table.
#include "kernels.h"

#include "depthwise.h"
#include "gelu.h"
#include "norms.h"
#include "pointwise.h"

namespace fused {

extern const Kernels LEVEL = {
    kWidth,
    RunLayerNorm,
    RunLayerNormGrad,
    RunMoments,
    RunBatchNorm,
    RunBatchNormSums,
    RunBatchNormGrad,
    RunBias,
    RunBiasGelu,
    RunActivationGrad,
    RunColumnSums,
    RunNarrow,
    RunAddScaled,
    RunAddScaledGrad,
    RunAddBranch,
    RunAddBranchGrad,
    RunGelu,
    RunGeluGrad,
    RunSoftmaxGrad,
    RunLogSoftmaxGrad,
    RunDepthwise,
    RunDepthwiseFilterGrad,
    RunAdam,
};

}  // namespace fused
